/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads keys and certificates, and makes contexts of OpenSSL of them. */
#include "control/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_lines.h"

/* A client sends its certificate, and perhaps the server's; each has some 2 KiB at most. */
#define CERTIFICATES_BYTES 16384

/* Something is wrong with FILE: says what. */
__attribute__((format(printf, 3, 4))) static bool fail(const struct seep_tls_file *file,
						       char *problem, const char *format, ...)
{
	size_t used = (size_t)snprintf(problem, SEEP_TLS_PROBLEM_SIZE, "%s: %s: ", file->name,
				       file->path);
	va_list arguments;

	va_start(arguments, format);
	if (used < SEEP_TLS_PROBLEM_SIZE)
		vsnprintf(problem + used, SEEP_TLS_PROBLEM_SIZE - used, format, arguments);
	va_end(arguments);
	return false;
}

const char *seep_tls_reason(void)
{
	unsigned long code = ERR_peek_error();
	const char *reason = ERR_reason_error_string(code);

	/* Errors of the system have no reasons of OpenSSL's. */
	if (!reason && ERR_GET_LIB(code) == ERR_LIB_SYS)
		reason = strerror((int)ERR_GET_REASON(code));
	return reason ? reason : "unknown reason";
}

static bool fail_read(const struct seep_tls_file *file, char *problem, int error)
{
	const char *remedy = "";

	if (error == EACCES || error == EPERM)
		remedy = ": it has to be readable for the user that this runs as";
	else if (error == ENOENT)
		remedy = ": unbound-control-setup makes it; or name another one";
	return fail(file, problem, "%s%s", seep_conf_lines_problem(error), remedy);
}

/* A key with a passphrase is not asked for one: nobody is there. */
static int no_passphrase(char *into, int size, int is_for_writing, void *context)
{
	(void)into, (void)size, (void)is_for_writing, (void)context;
	return -1;
}

/* What a file holds, for BIO_free and free; NULL, having said why not. */
static BIO *read_file(const struct seep_tls_file *file, char **text, size_t *size, char *problem)
{
	BIO *bio;

	*text = seep_conf_lines_read(file->path, size);
	if (!*text) {
		(void)fail_read(file, problem, errno);
		return NULL;
	}
	bio = *size <= INT_MAX ? BIO_new_mem_buf(*text, (int)*size) : NULL;
	if (!bio) {
		explicit_bzero(*text, *size);
		free(*text);
		(void)fail(file, problem, "out of memory");
	}
	return bio;
}

static void end_file(BIO *bio, char *text, size_t size)
{
	BIO_free(bio);
	explicit_bzero(text, size);
	free(text);
}

/* A time of a certificate, for people. */
static void print_time(const ASN1_TIME *time, char text[32])
{
	struct tm date;

	if (!ASN1_TIME_to_tm(time, &date) || !strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &date))
		snprintf(text, 32, "an unknown time");
}

/* Is CERT in force now? */
static bool check_times(const struct seep_tls_file *file, const X509 *cert, char *problem)
{
	char text[32];

	if (X509_cmp_current_time(X509_get0_notAfter(cert)) <= 0) {
		print_time(X509_get0_notAfter(cert), text);
		return fail(file, problem,
			    "the certificate has expired at %s: make a new one, as "
			    "unbound-control-setup does",
			    text);
	}
	if (X509_cmp_current_time(X509_get0_notBefore(cert)) > 0) {
		print_time(X509_get0_notBefore(cert), text);
		return fail(file, problem,
			    "the certificate is not valid before %s: is the clock right?", text);
	}
	return true;
}

static X509 *read_certificate(const struct seep_tls_file *file, char *problem)
{
	size_t size;
	char *text;
	X509 *cert;
	BIO *bio = read_file(file, &text, &size, problem);

	if (!bio)
		return NULL;
	cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	if (!cert)
		(void)fail(file, problem, "is no certificate in PEM (%s)", seep_tls_reason());
	end_file(bio, text, size);
	if (cert && !check_times(file, cert, problem)) {
		X509_free(cert);
		cert = NULL;
	}
	return cert;
}

static EVP_PKEY *read_key(const struct seep_tls_file *file, char *problem)
{
	size_t size;
	char *text;
	EVP_PKEY *key;
	BIO *bio = read_file(file, &text, &size, problem);

	if (!bio)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (!key)
		(void)fail(file, problem, "is no key in PEM without a passphrase (%s)",
			   seep_tls_reason());
	end_file(bio, text, size);
	return key;
}

/* Gives CONTEXT its own certificate and key. */
static bool take_pair(SSL_CTX *context, const struct seep_tls_files *files, char *problem)
{
	X509 *cert = read_certificate(&files->cert, problem);
	EVP_PKEY *key = cert ? read_key(&files->key, problem) : NULL;
	bool good = key != NULL;

	if (good && X509_check_private_key(cert, key) != 1)
		good = fail(&files->key, problem,
			    "is not the key of the certificate %s: name the two of one pair",
			    files->cert.path);
	else if (good && SSL_CTX_use_certificate(context, cert) != 1)
		good = fail(&files->cert, problem, "cannot be used: %s", seep_tls_reason());
	else if (good && SSL_CTX_use_PrivateKey(context, key) != 1)
		good = fail(&files->key, problem, "cannot be used: %s", seep_tls_reason());
	EVP_PKEY_free(key);
	X509_free(cert);
	return good;
}

/* Lets CONTEXT trust the server's certificate, and no other. */
static bool take_trusted(SSL_CTX *context, const struct seep_tls_files *files, bool is_server,
			 char *problem)
{
	X509 *cert = read_certificate(&files->trusted, problem);
	bool good = cert != NULL;

	if (good && (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), cert) != 1 ||
		     (is_server && SSL_CTX_add_client_CA(context, cert) != 1)))
		good = fail(&files->trusted, problem, "cannot be used: %s", seep_tls_reason());
	X509_free(cert);
	return good;
}

SSL_CTX *seep_tls_create(const struct seep_tls_files *files, bool is_server, char *problem)
{
	SSL_CTX *context;

	ERR_clear_error();
	context = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
	if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
		(void)fail(&files->cert, problem, "OpenSSL has no TLS: %s", seep_tls_reason());
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context,
			    SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	(void)SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_max_cert_list(context, CERTIFICATES_BYTES);
	/* A step is one record, and what is sent may be sent in part. */
	SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					  SSL_MODE_RELEASE_BUFFERS);
	if (take_pair(context, files, problem) &&
	    take_trusted(context, files, is_server, problem)) {
		ERR_clear_error();
		return context;
	}
	ERR_clear_error();
	SSL_CTX_free(context);
	return NULL;
}
