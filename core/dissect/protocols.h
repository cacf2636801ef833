/* SPDX-License-Identifier: MIT */
/* The dissectors that table.c lists, one file each. */
#ifndef NSC_DISSECT_PROTOCOLS_H
#define NSC_DISSECT_PROTOCOLS_H

#include "dissect/dissector.h"

extern const struct nsc_dissector nsc_dns;	/* dns.c */
extern const struct nsc_dissector nsc_mdns;	/* dns.c */
extern const struct nsc_dissector nsc_llmnr;	/* dns.c */
extern const struct nsc_dissector nsc_dtls;	/* dtls.c */
extern const struct nsc_dissector nsc_tls;	/* tls.c */
extern const struct nsc_dissector nsc_http;	/* http.c */
extern const struct nsc_dissector nsc_ssh;	/* ssh.c */
extern const struct nsc_dissector nsc_http2;	/* http2.c */
extern const struct nsc_dissector nsc_smtp;	/* smtp.c */
extern const struct nsc_dissector nsc_imap;	/* imap.c */
extern const struct nsc_dissector nsc_pop3;	/* pop3.c */
extern const struct nsc_dissector nsc_ftp;	/* ftp.c */
extern const struct nsc_dissector nsc_irc;	/* irc.c */
extern const struct nsc_dissector nsc_xmpp;	/* xmpp.c */
extern const struct nsc_dissector nsc_ldap;	/* ldap.c */
extern const struct nsc_dissector nsc_proxy;	/* proxy.c */
extern const struct nsc_dissector nsc_socks;	/* socks.c */
extern const struct nsc_dissector nsc_postgresql;	/* postgresql.c */
extern const struct nsc_dissector nsc_mysql;	/* mysql.c */
extern const struct nsc_dissector nsc_rdp;	/* rdp.c */
extern const struct nsc_dissector nsc_websocket;	/* websocket.c */
extern const struct nsc_dissector nsc_quic;	/* quic.c */
extern const struct nsc_dissector nsc_openvpn;	/* openvpn.c */
extern const struct nsc_dissector nsc_ntp;	/* ntp.c */
extern const struct nsc_dissector nsc_dhcp;	/* dhcp.c */
extern const struct nsc_dissector nsc_dhcpv6;	/* dhcpv6.c */
extern const struct nsc_dissector nsc_radius;	/* radius.c */
extern const struct nsc_dissector nsc_tftp;	/* tftp.c */
extern const struct nsc_dissector nsc_ssdp;	/* ssdp.c */
extern const struct nsc_dissector nsc_netbios;	/* netbios.c */
extern const struct nsc_dissector nsc_wireguard;	/* wireguard.c */
extern const struct nsc_dissector nsc_ike;	/* ike.c */
extern const struct nsc_dissector nsc_snmp;	/* snmp.c */
extern const struct nsc_dissector nsc_kerberos;	/* kerberos.c */
extern const struct nsc_dissector nsc_syslog;	/* syslog.c */
extern const struct nsc_dissector nsc_bittorrent;	/* bittorrent.c */
extern const struct nsc_dissector nsc_vnc;	/* vnc.c */
extern const struct nsc_dissector nsc_bgp;	/* bgp.c */
extern const struct nsc_dissector nsc_mqtt;	/* mqtt.c */
extern const struct nsc_dissector nsc_amqp;	/* amqp.c */
extern const struct nsc_dissector nsc_nats;	/* nats.c */
extern const struct nsc_dissector nsc_redis;	/* redis.c */
extern const struct nsc_dissector nsc_mongodb;	/* mongodb.c */
extern const struct nsc_dissector nsc_smb;	/* smb.c */
extern const struct nsc_dissector nsc_rsync;	/* rsync.c */
extern const struct nsc_dissector nsc_telnet;	/* telnet.c */
extern const struct nsc_dissector nsc_modbus;	/* modbus.c */
extern const struct nsc_dissector nsc_cassandra;	/* cassandra.c */
extern const struct nsc_dissector nsc_kafka;	/* kafka.c */
extern const struct nsc_dissector nsc_nfs;	/* nfs.c */
extern const struct nsc_dissector nsc_sunrpc;	/* nfs.c */
extern const struct nsc_dissector nsc_sip;	/* sip.c */
extern const struct nsc_dissector nsc_rtsp;	/* rtsp.c */
extern const struct nsc_dissector nsc_memcached;	/* memcached.c */
extern const struct nsc_dissector nsc_stun;	/* stun.c */
extern const struct nsc_dissector nsc_rtp;	/* rtp.c */
extern const struct nsc_dissector nsc_rtcp;	/* rtp.c */
extern const struct nsc_dissector nsc_esp;	/* esp.c */
extern const struct nsc_dissector nsc_mssql;	/* mssql.c */
extern const struct nsc_dissector nsc_oracle;	/* oracle.c */
extern const struct nsc_dissector nsc_git;	/* git.c */
extern const struct nsc_dissector nsc_netflow;	/* netflow.c */
extern const struct nsc_dissector nsc_sflow;	/* sflow.c */
extern const struct nsc_dissector nsc_dcerpc;	/* dcerpc.c */
extern const struct nsc_dissector nsc_rtmp;	/* rtmp.c */
extern const struct nsc_dissector nsc_ajp;	/* ajp.c */
extern const struct nsc_dissector nsc_ceph;	/* ceph.c */
extern const struct nsc_dissector nsc_zabbix;	/* zabbix.c */
extern const struct nsc_dissector nsc_collectd;	/* collectd.c */
extern const struct nsc_dissector nsc_whois;	/* whois.c */
extern const struct nsc_dissector nsc_grpc;	/* over_http.c */
extern const struct nsc_dissector nsc_elasticsearch;	/* over_http.c */
extern const struct nsc_dissector nsc_influxdb;	/* over_http.c */
extern const struct nsc_dissector nsc_clickhouse;	/* over_http.c */
extern const struct nsc_dissector nsc_slp;	/* slp.c */
extern const struct nsc_dissector nsc_nntp;	/* nntp.c */
extern const struct nsc_dissector nsc_managesieve;	/* managesieve.c */

#endif
